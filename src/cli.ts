#!/usr/bin/env node
/** `medspil`: what operators and researchers do from a terminal. Each command is loaded only when it is the one. */

interface Command {
  readonly summary: string;
  /** Gives the exit code. */
  readonly run: (words: readonly string[]) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  doctor: {
    summary: 'look whether a server can start here, and whether those that run are well',
    run: async (words) => (await import('./cli/doctor.js')).runDoctor(words),
  },
  pull: {
    summary: 'get the shared knowledge, or what changed of it, as a file',
    run: async (words) => (await import('./cli/pull.js')).runPull(words),
  },
  backup: {
    summary: 'write everything in the database to a file',
    run: async (words) => (await import('./cli/backup.js')).runBackup(words),
  },
  restore: {
    summary: 'put a backup into an empty database',
    run: async (words) => (await import('./cli/backup.js')).runRestore(words),
  },
};

const USAGE = `Usage: medspil COMMAND ...

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `${name.padEnd(10)}${summary}`)
  .join('\n')}

\`medspil COMMAND --help\` says more of one.
`;

const [name = '--help', ...words] = process.argv.slice(2);
if (name === '--help' || name === '-h') {
  process.stdout.write(USAGE);
} else if (Object.hasOwn(COMMANDS, name)) {
  process.exitCode = await COMMANDS[name]!.run(words);
} else {
  process.stderr.write(
    `There is no command ${JSON.stringify(name)}. There are: ${Object.keys(COMMANDS).join(', ')}.\n`,
  );
  process.exitCode = 2;
}
