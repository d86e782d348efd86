import type { SchemaBuilder } from '../../graphql/builder.ts';
import { addBucketFields, bucketTypes } from './bucket-schema.ts';
import { addFileChanges } from './file-change-schema.ts';
import { addFileQueries } from './file-list-schema.ts';
import { fileTypes } from './file-schema.ts';
import { addSignedUrls } from './signed-url-schema.ts';
import { addUploadFields } from './upload-schema.ts';

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
