package dev.cortado.cli.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A malformed or malicious file: it is refused with a sentence, or works, but does no harm.
 *
 * @param name of the file
 * @param file its path
 * @param expect {@code ok}: must run; {@code error}: must be refused; {@code either}
 */
record HostileGolden(String name, Path file, String expect) implements Golden {
    @Override
    public Outcome check(Setup setup) throws IOException {
        if (!Files.exists(file)) {
            return Outcome.unsupported("no file " + file.getFileName());
        }
        HostileProcess.Answer answer = setup.probe().load(file);
        Findings findings = new Findings();
        findings.figures().value("seconds", answer.seconds());
        findings.expect(answer.end() != HostileProcess.End.CRASHED, "%s", answer.message());
        findings.expect(
                !expect.equals("ok") || answer.end() == HostileProcess.End.WORKED,
                "must run, but was refused: %s",
                answer.message());
        findings.expect(
                !expect.equals("error") || answer.end() == HostileProcess.End.REFUSED,
                "must be refused, but %s",
                answer.message());
        return findings.outcome();
    }
}
