import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { addBucketFields, bucketTypes } from './bucket.ts';
import { fileTypes } from './file.ts';
import { addFileChanges } from './file-change.ts';
import { addFileQueries } from './file-queries.ts';
import { addSignedUrls } from './signed-url.ts';
import { addUploadFields } from './upload.ts';

/** Everything under storage: buckets, files, signed URLs and uploads. */
export function addStorageSchema(builder: SchemaBuilder): void {
  const files = fileTypes(builder);
  const buckets = bucketTypes(builder, files);
  addBucketFields(builder, buckets);
  addFileQueries(builder, files);
  addFileChanges(builder, files);
  addSignedUrls(builder);
  addUploadFields(builder, files);
}
