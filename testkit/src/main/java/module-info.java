import org.jspecify.annotations.NullMarked;

/** JUnit support of the build: real models, golden files. */
@NullMarked
module dev.cortado.testkit {
    requires static transitive org.jspecify;
    requires transitive org.junit.jupiter.api;

    exports dev.cortado.testkit;
}
