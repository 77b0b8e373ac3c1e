import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Inject, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import packageFolder from 'swagger-ui-dist/absolute-path.js';
import { JSON_CONTENT_TYPE } from '../../platform/http/surface.js';
import { PAGE, SCRIPT } from './page.js';

/** Makes the OpenAPI document. It is asked for once, when somebody first reads it. */
export abstract class ApiDocumentSource {
  abstract document(): unknown;
}

interface Static {
  readonly contentType: string;
  readonly body: Buffer;
  readonly etag: string;
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** What the page loads: its own script, and the renderer's files. */
const FILES: Readonly<Record<string, string>> = {
  'reference.js': JAVASCRIPT,
  'swagger-ui-bundle.js': JAVASCRIPT,
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** Everything comes from this server, so that the page works, and tells nobody, wherever it is opened. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const asStatic = (contentType: string, content: string | Buffer): Static => {
  const body = Buffer.from(content);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return { contentType, body, etag };
};

function send(request: FastifyRequest, reply: FastifyReply, { contentType, body, etag }: Static): void {
  reply.headers({ ETag: etag, 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' });
  if (request.headers['if-none-match'] === etag) return void reply.code(304).send();
  reply.header('Content-Type', contentType).send(body);
}

/** The OpenAPI document and a page to read it. Public: it tells what could be asked, and nothing that is stored. */
@Controller()
export class ReferenceController {
  private readonly made = new Map<string, Static>();

  constructor(@Inject(ApiDocumentSource) private readonly source: ApiDocumentSource) {}

  @Get('openapi.json')
  document(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const make = () => asStatic(JSON_CONTENT_TYPE, JSON.stringify(this.source.document()));
    send(request, reply, this.once('openapi.json', make));
  }

  @Get('reference')
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    reply.headers({ 'Content-Security-Policy': POLICY, 'Referrer-Policy': 'no-referrer' });
    send(
      request,
      reply,
      this.once('page', () => asStatic('text/html; charset=utf-8', PAGE)),
    );
  }

  @Get('reference/:file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    if (!Object.hasOwn(FILES, name)) throw new NotFoundException();
    const read = () => (name === 'reference.js' ? SCRIPT : readFileSync(join(packageFolder(), name)));
    send(
      request,
      reply,
      this.once(name, () => asStatic(FILES[name]!, read())),
    );
  }

  private once(name: string, make: () => Static): Static {
    const made = this.made.get(name) ?? make();
    this.made.set(name, made);
    return made;
  }
}
