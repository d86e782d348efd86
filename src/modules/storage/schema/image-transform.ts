import type { InputRef } from '@pothos/core';
import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { imageTransformInput as checks, type ImageTransform } from '../client/input.ts';

/** `ImageTransformInput`: an image in another size. */
export function imageTransformInput(builder: SchemaBuilder): InputRef<ImageTransform> {
  const resize = builder.enumType('ImageResize', {
    description: 'How an image fits into the size that was asked for.',
    values: {
      COVER: { value: 'cover', description: 'Fills it; what sticks out is cut off.' },
      CONTAIN: { value: 'contain', description: 'All of the image lies inside.' },
      FILL: { value: 'fill', description: 'Stretched to it.' },
    } as const,
  });
  const format = builder.enumType('ImageFormat', {
    description: 'How the pixels are written down.',
    values: {
      ORIGIN: { value: 'origin', description: 'As the stored image.' },
      AVIF: { value: 'avif', description: 'AVIF.' },
    } as const,
  });
  return builder.inputRef<ImageTransform, false>('ImageTransformInput').implement({
    validate: { schema: checks },
    description: 'Another size of an image. NOT_CONFIGURED where Storage does not transform images.',
    fields: (t) => ({
      width: t.int({ required: false, description: 'Pixels.' }),
      height: t.int({ required: false, description: 'Pixels.' }),
      resize: t.field({ type: resize, required: false, description: 'COVER when left out.' }),
      quality: t.int({ required: false, description: 'From 20 to 100; 80 when left out.' }),
      format: t.field({
        type: format,
        required: false,
        description: 'When left out, what the browser takes best.',
      }),
    }),
  });
}
