import type { MailLanguage } from '../../../platform/mail/mail-text.js';

/** Words of the message; `{product}` stands for the product's name. */
export interface MailWords {
  readonly subject: string;
  readonly preview: string;
  readonly title: string;
  readonly thanks: string;
  readonly key: string;
  readonly serial: string;
  readonly instructions: string;
  readonly order: string;
  readonly support: string;
  readonly secret: string;
}

export const MAIL_WORDS: Readonly<Record<MailLanguage, MailWords>> = {
  en: {
    subject: 'Your key for {product}',
    preview: 'Your activation key is inside.',
    title: 'Your order is ready',
    thanks: 'Thank you for your purchase. Here is what you bought.',
    key: 'Activation key',
    serial: 'Serial number',
    instructions: 'How to activate',
    order: 'Order',
    support: 'Questions? Write to',
    secret: 'Whoever has the key can use it: please do not pass this message on.',
  },
  ru: {
    subject: 'Ваш ключ для {product}',
    preview: 'Ключ активации внутри письма.',
    title: 'Ваш заказ готов',
    thanks: 'Спасибо за покупку. Вот что вы приобрели.',
    key: 'Ключ активации',
    serial: 'Серийный номер',
    instructions: 'Как активировать',
    order: 'Заказ',
    support: 'Есть вопросы? Напишите на',
    secret: 'Ключом может воспользоваться любой, кто его увидит: пожалуйста, не пересылайте это письмо.',
  },
  az: {
    subject: '{product} üçün açarınız',
    preview: 'Aktivasiya açarı məktubun içindədir.',
    title: 'Sifarişiniz hazırdır',
    thanks: 'Alış-verişiniz üçün təşəkkür edirik. Aldığınız məhsul aşağıdadır.',
    key: 'Aktivasiya açarı',
    serial: 'Seriya nömrəsi',
    instructions: 'Necə aktivləşdirməli',
    order: 'Sifariş',
    support: 'Sualınız var? Bizə yazın',
    secret: 'Açarı görən hər kəs ondan istifadə edə bilər: xahiş edirik, bu məktubu başqasına göndərməyin.',
  },
};
