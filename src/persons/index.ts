export { PersonsModule } from './persons.module';
