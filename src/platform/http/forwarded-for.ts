/** `192.0.2.7:4711` and `[2001:db8::7]:4711`, as some proxies write an address; a bare IPv6 address has no port. */
const WITH_PORT = /^(?:\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|([0-9.]+):\d{1,5})$/;

/** The addresses of an `X-Forwarded-For` header without the ports that some proxies add. */
export const withoutPorts = (header: string): string =>
  header
    .split(',')
    .map((entry) => {
      const [, bracketed, plain] = WITH_PORT.exec(entry.trim()) ?? [];
      return bracketed ?? plain ?? entry.trim();
    })
    .join(', ');
