/** Why a file cannot be read, in words. */
import { messageOf, systemCode } from '../model.js';

/** A system error about a file in words. */
export const reasonOf = (error: unknown): string => {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such file',
    ELOOP: 'its symbolic links form a loop',
    EACCES: 'permission denied',
    EMFILE: 'too many open files (ulimit -n)',
  };
  return reasons[systemCode(error) ?? ''] ?? messageOf(error);
};
