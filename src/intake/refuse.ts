/** Inputs that cannot be used, in one form: the file, the rule, the fix. */
import { Failure, messageOf, systemCode } from '../model.js';

/** A file that cannot be read, and why. */
export const noInput = (name: string, why: string, cause?: unknown): Failure =>
  new Failure('noInput', `cannot read ${name}: ${why}`, { cause });

/** A file that cannot be used, and why. */
export const bad = (name: string, why: string): Failure => new Failure('data', `${name}: ${why}`);

/** Why the system does not give us a file, in words. */
export const reasonOf = (error: unknown): string => {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such file',
    ELOOP: 'its symbolic links lead in a circle',
    EACCES: 'permission denied',
    EMFILE: 'too many open files (ulimit -n)',
  };
  return reasons[systemCode(error) ?? ''] ?? messageOf(error);
};
