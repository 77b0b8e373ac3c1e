import type { MailLanguage } from '../../../platform/mail/mail-text.js';
import type { WarnedOf } from '../events/webhooks.events.js';

/** Words of the message; `{address}` stands for the endpoint's host. */
export interface WarningWords {
  readonly subject: string;
  readonly preview: string;
  readonly title: string;
  readonly because: Readonly<Record<WarnedOf, string>>;
  readonly address: string;
  readonly number: string;
  readonly failingSince: string;
  readonly disabledAt: string;
  readonly kept: string;
  readonly next: string;
}

export const WARNING_WORDS: Readonly<Record<MailLanguage, WarningWords>> = {
  en: {
    subject: 'Your webhook {address} was switched off',
    preview: 'Nothing more is sent there until you switch it on again.',
    title: 'Your webhook was switched off',
    because: {
      failing:
        'Nothing that we sent to this address was accepted for five days, so we send nothing more there.',
      gone: 'This address answered 410 Gone, which asks us to send nothing more there.',
    },
    address: 'Address',
    number: 'Webhook number',
    failingSince: 'Failing since',
    disabledAt: 'Switched off at',
    kept: 'Nothing is lost: your events are kept, and can be read from the list of events at any time.',
    next: 'When the address works again, switch the webhook on: it goes on where it stood.',
  },
  ru: {
    subject: 'Ваш вебхук {address} отключён',
    preview: 'Пока вы его не включите, туда ничего не отправляется.',
    title: 'Ваш вебхук отключён',
    because: {
      failing:
        'За пять дней этот адрес не принял ни одного сообщения, поэтому мы больше ничего туда не отправляем.',
      gone: 'Этот адрес ответил 410 Gone, то есть попросил больше ничего туда не отправлять.',
    },
    address: 'Адрес',
    number: 'Номер вебхука',
    failingSince: 'Не отвечает с',
    disabledAt: 'Отключён',
    kept: 'Ничего не потеряно: ваши события сохранены, и их в любое время можно прочитать из списка событий.',
    next: 'Когда адрес снова заработает, включите вебхук: отправка продолжится с того же места.',
  },
  az: {
    subject: '{address} vebhukunuz söndürüldü',
    preview: 'Yenidən qoşana qədər ora heç nə göndərilmir.',
    title: 'Vebhukunuz söndürüldü',
    because: {
      failing:
        'Beş gün ərzində bu ünvan heç bir mesajı qəbul etmədi, ona görə də ora daha heç nə göndərmirik.',
      gone: 'Bu ünvan 410 Gone cavabını verdi, yəni ora daha heç nə göndərilməməsini xahiş etdi.',
    },
    address: 'Ünvan',
    number: 'Vebhukun nömrəsi',
    failingSince: 'Bu vaxtdan cavab vermir',
    disabledAt: 'Söndürülüb',
    kept: 'Heç nə itməyib: hadisələriniz saxlanılır və istənilən vaxt hadisələr siyahısından oxuna bilər.',
    next: 'Ünvan yenidən işləyəndə vebhuku qoşun: göndərmə dayandığı yerdən davam edəcək.',
  },
};
