/** The error conditions of OAI-PMH 2.0, section 3.6, that can come up here. */
export type HarvestErrorCode =
  | 'badArgument'
  | 'badResumptionToken'
  | 'badVerb'
  | 'cannotDisseminateFormat'
  | 'idDoesNotExist'
  | 'noMetadataFormats'
  | 'noRecordsMatch';

/** What the protocol answers in its own words, with HTTP's status 200. */
export class HarvestError extends Error {
  constructor(
    readonly code: HarvestErrorCode,
    /** One for each thing that is wrong. */
    readonly messages: readonly [string, ...string[]] | readonly string[],
  ) {
    super(messages.join(' '));
  }
}
