import { PassThrough } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { fileOf } from './multipart.js';

it('a form whose rest does not come is refused', async () => {
  const raw = new PassThrough();
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const file = fileOf({ headers, raw } as unknown as FastifyRequest);
  raw.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nbegun');
  // As the server tells whoever reads a body that breaks off.
  expect(raw.emit('error', new Error('broken off'))).toBe(true);
  await expect(file).rejects.toThrow('The form cannot be read');
});
