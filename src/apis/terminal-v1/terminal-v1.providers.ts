import type { Provider, Type } from '@nestjs/common';
import { TerminalController } from './terminal.controller.js';
import { TerminalInFlight, TerminalService, TerminalSettings } from './terminal.service.js';

export const TERMINAL_V1_CONTROLLERS: Type[] = [TerminalController];

/** What the composition root registers, beside the buses, the partners' providers and `Ids`. */
export const terminalV1Providers = (settings: TerminalSettings): Provider[] => [
  { provide: TerminalSettings, useValue: settings },
  TerminalInFlight,
  TerminalService,
];
