import type { SignUpParameters } from '../verification/initial-status.rules';
import type { DocumentType } from './document-type';

/** Everything about which the rules of registration may differ from one year to the next. Ages are whole years. */
export interface RegistrationParameters extends SignUpParameters {
  readonly personRegistrationDocumentTypes: readonly DocumentType[];
  readonly noSelfAuthAgeDocumentTypes: readonly DocumentType[];
  readonly selfAuthAgeDocumentTypes: readonly DocumentType[];
  /** For so many persons one confidant may be the third person. */
  readonly thirdPersonLimit: number;
}
