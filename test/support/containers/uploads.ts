/** @returns an admin's token */
export async function login(port: number, password: string): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password }),
  });
  const { data } = (await reply.json()) as { data: { accessToken: string } };
  return data.accessToken;
}

/** One pixel, PNG. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** @returns the path under which the picture is shown */
export async function upload(port: number, token: string): Promise<string> {
  const form = new FormData();
  form.append('file', new Blob([PICTURE], { type: 'image/png' }), 'picture.png');
  const reply = await fetch(`http://127.0.0.1:${port}/api/uploads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  const text = await reply.text();
  const url = (JSON.parse(text) as { data?: { url?: string } }).data?.url;
  if (!url) throw new Error(`POST /api/uploads: ${reply.status} ${text}`);
  return url;
}
