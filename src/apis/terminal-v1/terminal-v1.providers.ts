import type { Provider } from '@nestjs/common';
import { PartnerStates } from './partner-states.js';
import { TerminalRoutes } from './terminal.routes.js';
import { TerminalInFlight, TerminalService } from './terminal.service.js';

/** What the composition root registers, beside the buses, `TerminalAuthenticator`, `Executor` and `Ids`. */
export const TERMINAL_V1_PROVIDERS: Provider[] = [
  PartnerStates,
  TerminalInFlight,
  TerminalService,
  TerminalRoutes,
];
