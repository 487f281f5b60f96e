/** Reads zip archives that hold one file. yauzl finds the file and inflates it; its checksum is verified here. */
import { Transform } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { bad } from './refuse.js';

/** The names of workbooks, which are zip archives of many parts. */
const isWorkbook = (names: readonly string[]): boolean =>
  names.includes('[Content_Types].xml') || names.includes('mimetype');

/** Files that an archive has beside its own: folders, and what macOS adds. */
const isExtra = (name: string): boolean =>
  name.endsWith('/') || name.startsWith('__MACOSX/') || /(?:^|\/)\.DS_Store$/.test(name);

const openArchive = (path: string): Promise<yauzl.ZipFile> =>
  new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, archive) => {
      if (error) reject(error);
      else resolve(archive);
    });
  });

const entriesOf = (archive: yauzl.ZipFile): Promise<yauzl.Entry[]> =>
  new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = [];
    archive.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      archive.readEntry();
    });
    archive.once('end', () => resolve(entries));
    archive.once('error', reject);
    archive.readEntry();
  });

const streamOf = (archive: yauzl.ZipFile, entry: yauzl.Entry): Promise<NodeJS.ReadableStream> =>
  new Promise((resolve, reject) => {
    archive.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else resolve(stream);
    });
  });

/**
 * The content of the one file in an archive, and a check to call once it is read.
 *
 * @param name how messages name the archive
 * @throws Failure `data` for an archive without a file, with several, or encrypted; any other error if it is damaged
 */
export const openZipEntry = async (
  path: string,
  name: string,
): Promise<{ content: NodeJS.ReadableStream; check: () => void }> => {
  const archive = await openArchive(path);
  const entries = await entriesOf(archive);
  const names = entries.map(({ fileName }) => fileName);
  if (isWorkbook(names)) throw bad(name, 'this is an Excel or OpenDocument file: save the sheet as "CSV UTF-8"');
  const [entry, ...others] = entries.filter(({ fileName }) => !isExtra(fileName));
  if (entry === undefined) throw bad(name, 'this zip archive has no file');
  if (others.length > 0) {
    throw bad(name, `this zip archive has ${others.length + 1} files: unpack it, and name those that are logs`);
  }
  if (entry.isEncrypted()) throw bad(name, 'this zip archive is encrypted: unpack it first');
  let checksum = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      checksum = crc32(chunk, checksum);
      done(null, chunk);
    },
  });
  const stream = await streamOf(archive, entry);
  stream.once('error', (error) => counting.destroy(error instanceof Error ? error : new Error(String(error))));
  counting.once('close', () => archive.close());
  return {
    content: stream.pipe(counting),
    check: () => {
      if (checksum !== entry.crc32) throw new Error('its checksum does not match');
    },
  };
};
