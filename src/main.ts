import { ApiModule, ApiWithWorkerModule } from './api.module';
import { bootstrap } from './bootstrap';

/** The API process; with `--with-worker` it works on jobs as well. */
const works = process.argv.includes('--with-worker');
void (works ? bootstrap(ApiWithWorkerModule, 'api_and_worker') : bootstrap(ApiModule, 'api'));
