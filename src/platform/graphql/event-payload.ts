import type { FormattedExecutionResult } from 'graphql';

/** The result of one event, written once for all to whom it is sent. */
export class EventPayload {
  /** The result as JSON text. */
  readonly json: string;
  private readonly forms = new Map<unknown, unknown>();

  /**
   * @param cursor the event's; undefined when its source has none
   * @param points what it did cost
   */
  constructor(
    result: FormattedExecutionResult,
    readonly cursor: string | undefined,
    readonly points: number,
  ) {
    this.json = JSON.stringify(result);
  }

  /** What a transport makes of it, made when it is first asked for. */
  in<Form>(make: (payload: EventPayload) => Form): Form {
    let form = this.forms.get(make) as Form | undefined;
    if (form === undefined) {
      form = make(this);
      this.forms.set(make, form);
    }
    return form;
  }
}
