/** Source files and what they import, as their syntax trees tell. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path of the file from the root of the project where it is one of ours, else null. */
  readonly target: string | null;
  /** Whether it is gone once compiled. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Members of `process` that it uses. */
  readonly processMembers: ReadonlySet<string>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXTENSION = /\.(ts|tsx|js)$/;

/** Reads and parses all source files in a folder of the project. */
export async function readSourceFiles(folder: string): Promise<SourceFile[]> {
  const names = await readdir(path.join(ROOT, folder), { recursive: true });
  const paths = names
    .filter((name) => EXTENSION.test(name) && !name.endsWith('.d.ts'))
    .map((name) => path.join(folder, name));
  return Promise.all(
    paths.map(async (name) =>
      parseSourceFile(name.replaceAll(path.sep, '/'), await readFile(path.join(ROOT, name), 'utf8')),
    ),
  );
}

/** Parses one file; the path says from where its imports start. */
export function parseSourceFile(file: string, text: string): SourceFile {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const imports: Import[] = [];
  const processMembers = new Set<string>();
  const add = (source: unknown, typeOnly: boolean): void => {
    const specifier = (source as { value?: unknown } | null)?.value;
    if (typeof specifier !== 'string') return;
    const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : null;
    imports.push({ specifier, target: target?.replace(/\.js$/, '.ts') ?? null, typeOnly });
  };
  walk(program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node.source, isTypeOnly(node));
        if (/^(node:)?process$/.test((node.source as { value?: string } | null)?.value ?? '')) {
          for (const name of importedNames(node)) processMembers.add(name);
        }
        break;
      case 'ImportExpression':
        add(node.source, false);
        break;
      case 'TSImportType':
        add(node.source ?? (node.argument as Node).literal, true);
        break;
      case 'MemberExpression': {
        const { object, property } = node as unknown as Record<'object' | 'property', Node>;
        if (isProcess(object)) processMembers.add(nameOf(property));
        break;
      }
      case 'VariableDeclarator': {
        const { id, init } = node as unknown as { id: Node; init: Node | null };
        if (init === null || !isProcess(init) || id.type !== 'ObjectPattern') break;
        for (const { key } of id.properties as { key?: Node }[]) if (key !== undefined) processMembers.add(nameOf(key));
      }
    }
  });
  return { path: file, lines: text.trimEnd().split('\n').length, imports, processMembers };
}

interface Node {
  readonly type: string;
  readonly [property: string]: unknown;
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && typeof value.type === 'string') visit(value as Node);
    for (const child of Object.values(value)) walk(child, visit);
  }
}

function isTypeOnly(node: Node): boolean {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const specifiers = (node.specifiers ?? []) as Node[];
  return specifiers.length > 0 && specifiers.every((name) => name.importKind === 'type' || name.exportKind === 'type');
}

/** `process` or `globalThis.process`. */
function isProcess(node: Node): boolean {
  return nameOf(node.type === 'MemberExpression' ? (node.property as Node) : node) === 'process';
}

function nameOf(node: Node): string {
  return String(node.name ?? node.value);
}

function importedNames(node: Node): string[] {
  return ((node.specifiers ?? []) as Node[]).map(({ imported }) => (imported as Node | undefined)?.name as string);
}
