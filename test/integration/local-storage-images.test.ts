import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gql } from '../support/gql.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c03' } });

describe('images in other sizes', () => {
  let gateway: StorageGateway;

  beforeAll(async () => {
    gateway = await startStorageGateway({ IMAGE_TRANSFORMATION: 'true' });
    await gateway.makeBucket('avatars', { public: true });
    await gateway.makeBucket('private');
    await put('avatars/face.png', await picture(400, 200).png().toBuffer(), 'image/png');
    await put('private/face.jpg', await picture(400, 200).jpeg().toBuffer(), 'image/jpeg');
    await put('avatars/no.png', Buffer.from('no image at all'), 'image/png');
    // A few kilobytes that would be 240 megabytes of pixels.
    await put('avatars/bomb.png', await picture(10_000, 8_000).png().toBuffer(), 'image/png');
    const third = (background: string, left: number) => ({
      input: { create: { width: 100, height: 100, channels: 3, background } } as const,
      left,
      top: 0,
    });
    const thirds = picture(300, 100).composite([third('#f00', 0), third('#0f0', 100), third('#00f', 200)]);
    const bands = await thirds.png().toBuffer();
    await put('avatars/thirds.png', bands, 'image/png');
    // Lies on its side, and says so.
    const turned = sharp(bands).rotate(-90).withMetadata({ orientation: 6 });
    await put('avatars/turned.png', await turned.png().toBuffer(), 'image/png');
    const whole = await picture(400, 200).jpeg().toBuffer();
    // Bytes that belong nowhere, before the first segment: decoders warn and go on.
    const scratched = Buffer.concat([whole.subarray(0, 2), Buffer.from('oops'), whole.subarray(2)]);
    await put('avatars/scratched.jpg', scratched, 'image/jpeg');
    await put('avatars/cut.jpg', whole.subarray(0, whole.length - 300), 'image/jpeg');
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
    await put('avatars/drawn.svg', Buffer.from(svg), 'image/svg+xml');
  });
  afterAll(async () => await gateway?.close());

  const service = () => ({ authorization: `Bearer ${gateway.serviceKey}` });

  async function put(path: string, body: Buffer, contentType: string): Promise<void> {
    const { status } = await pass(
      'PUT',
      `/object/${path}`,
      { ...service(), 'content-type': contentType },
      body,
    );
    expect(status).toBe(200);
  }

  const pass = (method: string, path: string, headers: Record<string, string> = {}, body?: Buffer) =>
    exchange(gateway.url, { method, path: `/storage/v1${path}`, headers, body });

  async function colourOf(bytes: Buffer): Promise<string | undefined> {
    const { channels } = await sharp(bytes).stats();
    const means = channels.slice(0, 3).map(({ mean }) => mean);
    return ['red', 'green', 'blue'][means.indexOf(Math.max(...means))];
  }

  async function size(bytes: Buffer) {
    const { width, height, format } = await sharp(bytes).metadata();
    return [width, height, format];
  }

  test.each<[string, [number, number]]>([
    ['width=100', [100, 50]],
    ['height=100', [200, 100]],
    ['width=100&height=100', [100, 100]],
    ['width=100&height=100&resize=contain', [100, 50]],
    ['width=100&height=150&resize=fill', [100, 150]],
    // Never made larger than they are.
    ['width=4000', [400, 200]],
    ['', [400, 200]],
  ])('%s', async (query, [width, height]) => {
    const { status, headers, bytes } = await pass('GET', `/render/image/public/avatars/face.png?${query}`);
    expect([status, headers['content-type']]).toEqual([200, 'image/png']);
    expect(headers['content-length']).toBe(String(bytes.length));
    expect(await size(bytes)).toEqual([width, height, 'png']);
  });

  // Left to right: a red, a green and a blue third, each 100 wide and 100 high.
  test.each<[string, 'red' | 'green' | 'blue']>([
    ['', 'green'],
    ['gravity=ce', 'green'],
    ['gravity=we', 'red'],
    ['gravity=nowe', 'red'],
    ['gravity=ea', 'blue'],
    ['gravity=soea', 'blue'],
    ['gravity=no', 'green'],
    ['gravity=we&x_offset=50', 'green'],
    ['gravity=ea&x_offset=50', 'green'],
    ['gravity=ce&x_offset=-0.34', 'red'],
    ['gravity=we&x_offset=5000', 'blue'],
    ['gravity=fp&x_offset=0&y_offset=0', 'red'],
    ['gravity=fp&x_offset=0.9&y_offset=0.5', 'blue'],
  ])('%s cuts off the rest', async (query, colour) => {
    for (const name of ['thirds.png', 'turned.png']) {
      // 300 by 100 is 150 by 50 when it fills 50 by 50: offsets in pixels count there.
      const at = `/render/image/public/avatars/${name}?width=50&height=50&${query}`;
      const { bytes } = await pass('GET', at);
      expect(await size(bytes)).toEqual([50, 50, 'png']);
      expect(await colourOf(bytes)).toBe(colour);
    }
  });

  test('smart gravity gives the size, and other ways to fit are not cut', async () => {
    const at = '/render/image/public/avatars/thirds.png?width=50&height=50';
    expect(await size((await pass('GET', `${at}&gravity=sm`)).bytes)).toEqual([50, 50, 'png']);
    expect(await size((await pass('GET', `${at}&gravity=we&resize=contain`)).bytes)).toEqual([50, 17, 'png']);
  });

  test('a signed URL remembers the gravity', async () => {
    const signed = await pass(
      'POST',
      '/object/sign/avatars/thirds.png',
      { ...service(), 'content-type': 'application/json' },
      Buffer.from(
        JSON.stringify({
          expiresIn: 60,
          transform: { width: 50, height: 50, gravity: 'fp', x_offset: 0.9, y_offset: 0 },
        }),
      ),
    );
    const { signedURL }: { signedURL: string } = JSON.parse(signed.bytes.toString());
    const claims: { transformations?: string } = JSON.parse(
      Buffer.from(
        new URL(signedURL, 'http://x').searchParams.get('token')?.split('.')[1] ?? '',
        'base64url',
      ).toString(),
    );
    expect(claims.transformations).toBe('height:50,width:50,resize:cover,gravity:fp:0.9:0');
    expect(await colourOf((await pass('GET', signedURL)).bytes)).toBe('blue');
  });

  test('a picture with a few wrong bytes is shown, one that ends in the middle is not', async () => {
    const { status, headers } = await pass('GET', '/render/image/public/avatars/scratched.jpg?width=50');
    expect([status, headers['content-type']]).toEqual([200, 'image/jpeg']);
    const cut = await pass('GET', '/render/image/public/avatars/cut.jpg?width=50');
    expect([cut.status, JSON.parse(cut.bytes.toString())]).toMatchObject([400, { statusCode: '422' }]);
  });

  test('are WebP where the client takes it, and what was asked for else', async () => {
    const at = '/render/image/public/avatars/face.png?width=10';
    const webp = await pass('GET', at, { accept: 'image/avif,image/webp,*/*' });
    expect([webp.headers['content-type'], webp.headers.vary]).toEqual(['image/webp', 'accept']);
    const origin = await pass('GET', `${at}&format=origin`, { accept: 'image/webp' });
    expect(origin.headers['content-type']).toBe('image/png');
    expect((await pass('GET', `${at}&format=avif`)).headers['content-type']).toBe('image/avif');
    expect((await pass('GET', `${at}&format=webp`)).headers['content-type']).toBe('image/webp');
    const [fine, coarse] = await Promise.all(
      [100, 20].map((quality) =>
        pass('GET', `/render/image/authenticated/private/face.jpg?quality=${quality}`, service()),
      ),
    );
    expect(fine?.bytes.length).toBeGreaterThan(coarse?.bytes.length ?? 0);
  });

  test.each([
    ['width=abc', 'querystring/width must be integer'],
    ['width=-1', 'querystring/width must be >= 0'],
    ['quality=10', 'querystring/quality must be >= 20'],
    ['quality=101', 'querystring/quality must be <= 100'],
    ['resize=squeeze', 'querystring/resize must be equal to one of the allowed values'],
    ['gravity=obj', 'querystring/gravity must be equal to one of the allowed values'],
    ['gravity=fp', "querystring must have required property 'x_offset'"],
    ['gravity=fp&x_offset=1.1&y_offset=0.5', 'querystring/x_offset must be <= 1'],
    ['gravity=no&y_offset=high', 'querystring/y_offset must be number'],
    ['format=bmp', 'querystring/format must be equal to one of the allowed values'],
  ])('refuses %s', async (query, message) => {
    const { status, bytes } = await pass('GET', `/render/image/public/avatars/face.png?${query}`);
    expect([status, JSON.parse(bytes.toString())]).toEqual([
      400,
      { statusCode: '400', error: 'Error', message, code: 'InvalidRequest' },
    ]);
  });

  test.each(['no.png', 'bomb.png', 'drawn.svg'])('does not read %s as an image', async (name) => {
    const { status, bytes } = await pass('GET', `/render/image/public/avatars/${name}?width=10`);
    expect([status, JSON.parse(bytes.toString())]).toMatchObject([400, { statusCode: '422' }]);
  });

  test('follow the policies, as the files do', async () => {
    const hidden = { code: expect.stringMatching(/^NoSuch/) };
    const open = await pass('GET', '/render/image/public/private/face.jpg?width=10');
    expect(JSON.parse(open.bytes.toString())).toMatchObject(hidden);
    const user = { authorization: `Bearer ${gateway.userToken('11111111-1111-4111-8111-111111111111')}` };
    const foreign = await pass('GET', '/render/image/authenticated/private/face.jpg?width=10', user);
    expect(JSON.parse(foreign.bytes.toString())).toMatchObject(hidden);
    const bare = await pass('GET', '/render/image/authenticated/private/face.jpg?width=10');
    expect(bare.status).toBe(400);
  });

  test('GraphQL gives signed and public URLs of them, which work', async () => {
    const { data, errors } = await gateway.graphql(
      gql(`{ one: file(bucket: "private", path: "face.jpg") {
           signedUrl(transform: { width: 100, height: 100, resize: COVER, quality: 50, format: ORIGIN }, download: "f.jpg") }
         two: file(bucket: "avatars", path: "face.png") { publicUrl(transform: { height: 20 }) } }`),
      { token: gateway.serviceKey },
    );
    expect(errors).toEqual([]);
    const signed = new URL(data.one.signedUrl);
    expect(signed.pathname).toBe('/storage/v1/render/image/sign/private/face.jpg');
    const claims = JSON.parse(
      Buffer.from(signed.searchParams.get('token')?.split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims).toMatchObject({
      transformations: 'height:100,width:100,resize:cover,quality:50,format:origin',
      url: 'private/face.jpg',
      scope: 'download',
    });
    const answer = await fetch(signed);
    expect(answer.headers.get('content-disposition')).toContain('f.jpg');
    expect(answer.headers.get('expires')).toBeTruthy();
    expect(await size(Buffer.from(await answer.arrayBuffer()))).toEqual([100, 100, 'jpeg']);
    // The size is part of the token: asking for another one in the URL changes nothing.
    signed.searchParams.set('width', '400');
    expect(await size(Buffer.from(await (await fetch(signed)).arrayBuffer()))).toEqual([100, 100, 'jpeg']);
    const open = await fetch(data.two.publicUrl);
    expect(await size(Buffer.from(await open.arrayBuffer()))).toEqual([40, 20, 'png']);
  });

  test.each(['width: 0', 'height: -1', 'quality: 19', 'quality: 101'])(
    'GraphQL refuses %s before anybody is asked',
    async (transform) => {
      const { errors } = await gateway.graphqlText(
        `{ file(bucket: "avatars", path: "face.png") { publicUrl(transform: { ${transform} }) signedUrl(transform: { ${transform} }) } }`,
        { token: gateway.serviceKey },
      );
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
    },
  );
});
