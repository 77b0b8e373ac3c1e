import { Get, Query } from '@nestjs/common';
import type { AlertDocument } from '../../../../projections/catalog/alerts.projection.js';
import type { PackageDocument } from '../../../../projections/catalog/packages.projection.js';
import { Allow, STAFF } from '../access.js';
import { ApiController } from '../api-controller.js';
import { Listing } from '../listing.js';
import { AnswersList } from '../openapi/answers.schema.js';
import { AlertListQuery } from './catalog.dto.js';
import { CatalogReader } from './catalog.reader.js';
import { ALERT } from './catalog.schemas.js';

const SORT = {
  raised_at: 'raisedAt',
  closed_at: 'closedAt',
  available: 'available',
  threshold: 'threshold',
};

/** Packages that are low on keys, and that were. */
@ApiController('api/alerts')
export class AlertsController {
  constructor(
    private readonly listing: Listing,
    private readonly reader: CatalogReader,
  ) {}

  /** The newest first. */
  @Get()
  @Allow(STAFF)
  @AnswersList(ALERT, SORT)
  list(@Query() query: AlertListQuery) {
    const filter = query.status === undefined ? {} : { status: query.status };
    const page = { ...query, sort: query.sort ?? '-raised_at' };
    return this.listing.page(page, { projection: 'alerts', filter, sortable: SORT }, (alert: AlertDocument) =>
      this.view(alert),
    );
  }

  private async view({ packageId, available, threshold, status, raisedAt, closedAt }: AlertDocument) {
    const pkg = await this.reader.named<PackageDocument>('packages', packageId);
    return {
      package_id: pkg?.id ?? null,
      package: pkg?.names.en ?? null,
      ...{ available, threshold, status },
      raised_at: raisedAt,
      closed_at: closedAt,
    };
  }
}
