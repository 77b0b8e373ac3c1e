/** Languages that messages are written in. */
export const MAIL_LANGUAGES = ['en', 'ru', 'az'] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

/** One that there are no words for, or that nobody said, is English. */
export const mailLanguage = (language: string | null): MailLanguage =>
  MAIL_LANGUAGES.find((known) => known === language) ?? 'en';

const SUBJECT_CODE_POINTS = 150;

/** Without line breaks, control and direction characters: it may stand in a header. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();

/** At most as long as a subject may be. */
export const subjectOf = (text: string): string => {
  const points = [...text];
  return points.length <= SUBJECT_CODE_POINTS
    ? text
    : `${points.slice(0, SUBJECT_CODE_POINTS - 1).join('')}…`;
};
