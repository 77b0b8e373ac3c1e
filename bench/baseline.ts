import fastify from 'fastify';

/**
 * What the product is measured against: bare Fastify with a GET that parses the same two JSON parameters and answers
 * an object of the same shape. No check, no store, no framework above it: `node dist/bench/baseline.js PORT`.
 */
async function main(): Promise<void> {
  const server = fastify({ logger: false });
  let answers = 0;
  server.get<{ Querystring: { settings: string; data: string } }>(
    '/public/json/web.service.2024.php',
    (request, reply) => {
      const settings = JSON.parse(request.query.settings) as { login: string; password: string };
      const data = JSON.parse(request.query.data) as { package: string; order: string };
      answers += 1;
      const keyText = `${settings.login}-${data.package}-${data.order}`;
      void reply.header('cache-control', 'no-store');
      return { code: '0', message: 'SUCCESS', data: { keyId: String(answers), keyText, serialNumber: null } };
    },
  );
  process.on('SIGTERM', () => void server.close());
  await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
