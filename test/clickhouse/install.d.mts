/** The folder in which the server is installed. */
export declare const folder: string;
/** The library that is the server. */
export declare const library: string;
/** True if the server can be started. */
export declare const isInstalled: () => boolean;
