/** What is said of a file that cannot be written. */
import { Failure, messageOf, systemCode } from '../model.js';

/** The name of standard output among the files to write. */
export const STDOUT = '-';

/** A file to write, for a message. */
export const shownPath = (path: string): string => (path === STDOUT ? 'standard output' : path);

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'the file would be larger than the limit (ulimit -f)',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  // Node also reports this when it cannot make a folder on a read-only disk.
  ENOENT: 'its folder does not exist and cannot be created',
  ENOTDIR: 'part of its path is a file, not a folder',
  EEXIST: 'part of its path is a file, not a folder',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'it is in use, or it is a mount point itself: mount its folder instead',
};

/** True for an error that is caused by the disk, whatever was being written. */
export const isDiskFault = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'].includes(systemCode(error) ?? '');

/** Turns a system error into a Failure that names `path`; returns any other error as it is. */
export const cannotWrite = (path: string, error: unknown): unknown => {
  const code = systemCode(error);
  if (error instanceof Failure || code === undefined || code.startsWith('ERR_')) return error;
  return new Failure('cannotWrite', `cannot write ${shownPath(path)}: ${REASONS[code] ?? messageOf(error)}`, {
    cause: error,
  });
};
