"""Connects with QSslSocket and prints what it tells the program: HOST PORT. Qt collects errors, and ignores none."""
import sys

from PySide2.QtCore import QCoreApplication, QTimer
from PySide2.QtNetwork import QSslSocket

application = QCoreApplication([])
socket = QSslSocket()
socket.sslErrors.connect(lambda errors: print("errors:", "; ".join(error.errorString() for error in errors)))
socket.encrypted.connect(lambda: (print("encrypted"), application.quit()))
socket.error.connect(lambda code: (print("failed:", socket.errorString()), application.quit()))
QTimer.singleShot(10000, application.quit)
socket.connectToHostEncrypted(sys.argv[1], int(sys.argv[2]))
application.exec_()
