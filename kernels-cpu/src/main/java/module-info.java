import org.jspecify.annotations.NullMarked;

/** The CPU backend: Vector API kernels on a worker pool. */
@NullMarked
module dev.cortado.kernels.cpu {
    requires static transitive org.jspecify;
    requires transitive dev.cortado.engine;
    requires static jdk.incubator.vector;
    requires jdk.management;
    requires org.slf4j;

    provides dev.cortado.engine.backend.BackendProvider with
            dev.cortado.kernels.cpu.CpuProvider;
}
