import { defaultConfig, type Config } from '../config.js';
export const readConfig = async (_path: string): Promise<Config> => defaultConfig;
