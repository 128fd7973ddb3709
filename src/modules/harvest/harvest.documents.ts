/** Where harvests lie, and what they cost. */
import type { Context } from '../../platform/auth/context.js';
import { PAGE_LENGTH, type HarvestService } from './harvest.service.js';
import { RECORD_SCHEMA_PATH, writeRecordSchema } from './record-xml.js';

export const HARVEST_PATH = '/oai';

const XML_TYPE = 'text/xml; charset=utf-8';
const SCHEMA_TYPE = 'application/xml; charset=utf-8';

/** What a query of as much costs: of headers alone, and of records with what they refer to. */
const VERB_POINTS: Readonly<Record<string, number>> = {
  ListIdentifiers: 2 * PAGE_LENGTH,
  ListRecords: 5 * PAGE_LENGTH,
};
const LEAST_POINTS = 10;

export function harvestForm(service: HarvestService) {
  return {
    path: HARVEST_PATH,
    points: (parameters: URLSearchParams) => VERB_POINTS[parameters.get('verb') ?? ''] ?? LEAST_POINTS,
    read: async (context: Context, parameters: URLSearchParams) => ({
      contentType: XML_TYPE,
      body: await service.answer(context, parameters),
    }),
  };
}

/** @param base gives the address of the server as clients know it, without a slash at the end */
export function harvestDocuments(base: () => string) {
  return [
    {
      path: RECORD_SCHEMA_PATH,
      points: LEAST_POINTS,
      read: async () => ({ contentType: SCHEMA_TYPE, body: writeRecordSchema(base()), changedAt: null }),
    },
  ];
}
