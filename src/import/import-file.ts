/** The file of an import. */
import { readFile, stat } from 'node:fs/promises';
import { ImportFailure } from './import-failure.js';

/** A JSON text is parsed as a whole, and a string of JavaScript has an end not far beyond this. */
const LARGEST_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Reads the rows of a file: JSON in UTF-8, either a list, or an object that has the list under `listName`.
 *
 * @throws ImportFailure when it is not there, cannot be read, or is none of that
 */
export async function readRows(file: string, listName: string): Promise<unknown[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readText(file));
  } catch (error) {
    if (error instanceof ImportFailure) throw error;
    throw new ImportFailure(`${file} is not valid JSON: ${oneLine((error as Error).message)}`);
  }
  const list = Array.isArray(content) ? content : (content as Record<string, unknown> | null)?.[listName];
  if (!Array.isArray(list)) {
    throw new ImportFailure(
      `${file} has another shape: it must be a list, or an object with a list named "${listName}".`,
    );
  }
  return list;
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE_BYTES) {
      throw new ImportFailure(
        `${file} is larger than ${LARGEST_FILE_BYTES / 1024 / 1024} MiB: divide it into several files.`,
      );
    }
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof ImportFailure) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ImportFailure(code === 'ENOENT' ? `there is no file ${file}.` : `${file} cannot be read: ${message}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ImportFailure(`${file} is not in UTF-8.`);
  }
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 200);
}
