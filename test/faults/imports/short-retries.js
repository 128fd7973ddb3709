// Loaded into a server by `--import`: webhooks are tried again after times that a test can wait for.
import 'reflect-metadata';
import { RETRY_TIMES } from '../../../dist/src/modules/webhooks/retry-schedule.js';

Object.assign(RETRY_TIMES, { firstMilliseconds: 50, longestMilliseconds: 1_000 });
