import org.jspecify.annotations.NullMarked;

/** The program cortado. */
@NullMarked
module dev.cortado.cli {
    requires static transitive org.jspecify;
    requires dev.cortado.convert;
    requires dev.cortado.sdk;
    requires info.picocli;
    requires org.jline.terminal;
    requires org.jline.reader;
    requires com.fasterxml.jackson.databind;
    requires java.management;

    opens dev.cortado.cli to
            info.picocli;
    opens dev.cortado.cli.compare to
            info.picocli;
    opens dev.cortado.cli.conformance to
            info.picocli;

    uses dev.cortado.engine.backend.BackendProvider;
}
