/** `npm run schema`: writes the table of permissions in README.md. */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { withPermissionTable } from './platform/auth/permission-table.js';

writeFileSync('README.md', withPermissionTable(readFileSync('README.md', 'utf8')));
