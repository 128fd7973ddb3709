/** The formats that there are. */
import type { ExportFormat } from './export-format.js';
import { GRAPHML } from './graphml.js';
import { JSON_LD } from './json-ld.js';
import { NDJSON } from './ndjson.js';
import { TABLES } from './tables.js';
import { TURTLE } from './turtle.js';

export const EXPORT_FORMATS: readonly ExportFormat[] = [NDJSON, TABLES, JSON_LD, TURTLE, GRAPHML];
