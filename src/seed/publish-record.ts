import { RecordStatus } from '../modules/records/record.entity.js';
import type { OnWarnings, RecordService } from '../modules/records/record.service.js';
import type { Viewer } from '../platform/auth/viewer.js';

/**
 * Takes a record, or the edit of one, by way of the review to the public, from wherever it stands on that way. What is
 * published or retracted stays as it is.
 *
 * @param record its id, with status and version of the row that holds the draft
 * @param onWarnings hears of what looks like personal data in it; nobody is asked whether that may be
 * @throws DomainError as {@link RecordService.publish}, VERSION_CONFLICT also when somebody changed it meanwhile
 */
export async function publishRecord(
  records: RecordService,
  viewer: Viewer,
  { id, status, version }: { id: string; status: RecordStatus; version: number },
  onWarnings: OnWarnings = () => undefined,
): Promise<void> {
  if (status !== RecordStatus.DRAFT && status !== RecordStatus.IN_REVIEW) return;
  let current = version;
  if (status === RecordStatus.DRAFT) {
    await records.submitForReview(viewer, { id, version: current });
    // Each step of a record counts its version up by one.
    current++;
  }
  await records.publish(viewer, { id, version: current }, onWarnings);
}
