import { isoTime } from '../../platform/kernel/clock.js';
import type { KeptMail } from '../../platform/mail/mailbox/mailbox.js';

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPED[character]!);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1f2933 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .5rem; border-bottom: 1px solid #d9dee3; overflow-wrap: anywhere }
iframe { width: 100%; height: 40rem; border: 1px solid #d9dee3 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f0f2f5; padding: 1rem }
</style>
</head>
<body>
${body}
</body>
</html>
`;

/** The messages in the development mailbox. */
export function listPage(mails: readonly KeptMail[]): string {
  const rows = mails.map(
    ({ id, atMs, to, subject }) =>
      `<tr><td>${isoTime(atMs)}</td><td>${escaped(to)}</td>` +
      `<td><a href="/dev/mailbox/${encodeURIComponent(id)}">${escaped(subject)}</a></td></tr>`,
  );
  const table = `<table><tr><th>Time</th><th>To</th><th>Subject</th></tr>\n${rows.join('\n')}</table>`;
  const note =
    'No mail provider is set, so that messages stay here. Set RESEND_API_KEY or SMTP_URL to send them.';
  return page(
    'Mailbox',
    `<h1>Mailbox</h1>\n<p>${note}</p>\n${rows.length > 0 ? table : '<p>There is no message yet.</p>'}`,
  );
}

/** One message: as a client shows it, and its text. */
export function mailPage({ id, atMs, from, to, subject, text }: KeptMail): string {
  const rows = [
    ['From', from],
    ['To', to],
    ['Time', isoTime(atMs)],
  ].map(([name, value]) => `<tr><th>${name}</th><td>${escaped(value!)}</td></tr>`);
  return page(
    subject,
    `<p><a href="/dev/mailbox">All messages</a></p>
<h1>${escaped(subject)}</h1>
<table>${rows.join('')}</table>
<h2>HTML</h2>
<iframe sandbox src="/dev/mailbox/${encodeURIComponent(id)}/html" title="The message"></iframe>
<h2>Text</h2>
<pre>${escaped(text)}</pre>`,
  );
}
