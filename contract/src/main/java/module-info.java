import org.jspecify.annotations.NullMarked;

/** What every backend must do, as tests: extend {@code BackendContract} in the backend's own test sources. */
@NullMarked
module dev.cortado.contract {
    requires static transitive org.jspecify;
    requires transitive dev.cortado.engine;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires org.assertj.core;
    requires jdk.management;

    exports dev.cortado.contract;
}
