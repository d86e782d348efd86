/** How every field asks for a bucket. */
export const bucketIdArgument = { required: true, description: 'Id of the bucket.' } as const;
