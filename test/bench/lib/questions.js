/** Questions from one process to another, each with its answer. */
import { fork } from 'node:child_process';

/** Starts a module in a process of its own that answers questions. */
export function startAnswering(file, ...args) {
  const child = fork(file, args);
  return { ask: askerOf(child), stop: () => child.kill('SIGKILL') };
}

/**
 * @param child a process with a channel, which calls {@link answerQuestions}
 * @returns asks a question by its name; rejects with what the other process throws, or when it ends
 */
export function askerOf(child) {
  const open = new Map();
  let count = 0;
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = open.get(id);
    open.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of open.values()) reject(new Error(`The process asked ended with ${code ?? signal}.`));
  });
  return (question, about = {}) =>
    new Promise((resolve, reject) => {
      const id = ++count;
      open.set(id, { resolve, reject });
      child.send({ id, question, about }, (error) => error && reject(error));
    });
}

/** Answers the questions that `handlers` has a function for. */
export function answerQuestions(handlers) {
  process.on('message', async ({ id, question, about }) => {
    if (!(question in handlers)) return;
    try {
      process.send({ id, answer: await handlers[question](about) });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  // Whoever asked is gone, perhaps by a signal that left it no time to clean up.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
