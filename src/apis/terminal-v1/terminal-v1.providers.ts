import type { Provider, Type } from '@nestjs/common';
import { TerminalController } from './terminal.controller.js';
import { TerminalInFlight, TerminalService } from './terminal.service.js';

export const TERMINAL_V1_CONTROLLERS: Type[] = [TerminalController];

/** What the composition root registers, beside the buses, the partners' providers and `Ids`. */
export const TERMINAL_V1_PROVIDERS: Provider[] = [TerminalInFlight, TerminalService];
