/** Which version this is. */
import { existsSync, readFileSync } from 'node:fs';

/** `package.json` lies one folder above the sources, and two above what is built of them. */
const manifest = ['../package.json', '../../package.json']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url))!;

export const VERSION = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
