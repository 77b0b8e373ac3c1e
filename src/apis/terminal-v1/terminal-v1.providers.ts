import type { Provider } from '@nestjs/common';
import { TerminalRoutes } from './terminal.routes.js';
import { TerminalInFlight, TerminalService } from './terminal.service.js';

/** What the composition root registers, beside the buses, the partners' providers and `Ids`. */
export const TERMINAL_V1_PROVIDERS: Provider[] = [TerminalInFlight, TerminalService, TerminalRoutes];
