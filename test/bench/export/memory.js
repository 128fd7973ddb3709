import { readFileSync } from 'node:fs';

const EVERY_MILLISECONDS = 50;

/** Looks again and again how much memory a process has in use. */
export function watchMemory(pid) {
  const before = residentMegabytes(pid);
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, residentMegabytes(pid))), EVERY_MILLISECONDS);
  return {
    /** @returns megabytes before, and at the most */
    stop: () => {
      clearInterval(timer);
      return { before, peak: Math.max(peak, residentMegabytes(pid)) };
    },
  };
}

function residentMegabytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) / 1024;
}
