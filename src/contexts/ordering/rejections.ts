/** Every expected refusal of the ordering context. */
export type OrderingRejection =
  | 'PackageUnavailable'
  | 'OutOfStock'
  | 'InsufficientBalance'
  | 'TooManyReservations'
  | 'ReservationNotFound'
  | 'CurrencyMismatch'
  | 'OrderAlreadyExists'
  | 'OrderNotFound'
  | 'OrderNotConfirmed'
  | 'KeyNotInOrder'
  | 'KeyNotNamed';
