import type { SchemaBuilder } from '../../graphql/builder.ts';
import { addBucketFields, bucketTypes } from './bucket-schema.ts';
import { addFileFields, fileTypes } from './file-schema.ts';
import { addUploadFields } from './upload-schema.ts';

/** Everything under storage: buckets, files, signed URLs and uploads. */
export function addStorageSchema(builder: SchemaBuilder): void {
  const files = fileTypes(builder);
  const buckets = bucketTypes(builder, files);
  addBucketFields(builder, buckets);
  addFileFields(builder, files);
  addUploadFields(builder, files);
}
