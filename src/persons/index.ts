export { PersonSearchDto, ReadingReasonDto } from './admin/person-lookup.dto';
export type { PersonQuestion } from './person-lookup.repository';
export { type FoundPersons, type MaskedPerson, type PersonCard, PersonLookup } from './person-lookup.service';
export { PersonsModule } from './persons.module';
