import { IsIn, IsOptional } from 'class-validator';
import type { StaffRole } from '../../../contexts/partners/index.js';
import { IsText, MayBeAbsent, QueryNumber } from '../body.js';
import { ListQuery } from '../listing.js';
import { IsNewPassword } from '../passwords.js';

const ROLES: readonly StaffRole[] = ['super_admin', 'admin', 'manager', 'auditor'];

export class StaffListQuery extends ListQuery {
  /** 1 active, 2 blocked. */
  @IsOptional()
  @QueryNumber()
  @IsIn([1, 2])
  status?: 1 | 2;

  @IsOptional()
  @IsIn(ROLES)
  role?: StaffRole;
}

export class CreateStaffBody {
  @IsText()
  login!: string;

  @IsNewPassword()
  password!: string;

  @IsText()
  name!: string;

  @IsIn(ROLES)
  role!: StaffRole;

  @IsOptional()
  @IsText()
  email?: string | null;

  @IsOptional()
  @IsText()
  phone?: string | null;
}

export class UpdateStaffBody {
  @MayBeAbsent()
  @IsText()
  name?: string;

  @MayBeAbsent()
  @IsIn(ROLES)
  role?: StaffRole;

  /** 1 active, 2 blocked. */
  @MayBeAbsent()
  @IsIn([1, 2])
  status?: 1 | 2;

  @MayBeAbsent()
  @IsNewPassword()
  password?: string;
}
