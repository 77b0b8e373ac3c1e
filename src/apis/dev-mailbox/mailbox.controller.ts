import { Controller, Get, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLocalRequest, namesThisMachine } from '../../platform/http/local-request.js';
import { type KeptMail, Mailbox } from '../../platform/mail/mailbox/mailbox.js';
import { listPage, mailPage } from './pages.js';

const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The message itself: pictures and its own styles; no scripts, whoever opens it. */
const MESSAGE_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src http: https: data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

function send(reply: FastifyReply, policy: string, html: string): void {
  reply
    .headers({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    })
    .header('Content-Type', 'text/html; charset=utf-8')
    .send(html);
}

/** What would have been mailed, to be read on this machine while no provider is set; there is no such page in production. */
@Controller('dev/mailbox')
export class MailboxController {
  constructor(private readonly mailbox: Mailbox) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    demandLocal(request);
    send(reply, PAGE_POLICY, listPage(await this.mailbox.list()));
  }

  @Get(':id')
  async show(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    demandLocal(request);
    send(reply, PAGE_POLICY, mailPage(await this.find(id)));
  }

  @Get(':id/html')
  async html(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    demandLocal(request);
    send(reply, MESSAGE_POLICY, (await this.find(id)).html);
  }

  private async find(id: string): Promise<KeptMail> {
    const mail = await this.mailbox.get(id);
    if (!mail) throw new NotFoundException('Not found');
    return mail;
  }
}

/** To everybody else there is no such page. */
function demandLocal({ raw }: FastifyRequest): void {
  if (!isLocalRequest(raw) || !namesThisMachine(raw)) throw new NotFoundException('Not found');
}
