import { WorkerModule } from './app.module';
import { bootstrap } from './bootstrap';

/** The worker process. Of its HTTP server only the internal port is open: health and metrics. */
void bootstrap(WorkerModule, 'worker');
